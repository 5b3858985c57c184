// The one way to write a view: tagged templates over Preact. Text is always text; nothing here can
// parse markup.
import { h } from "preact";
import htm from "htm";

export const html = htm.bind(h);
