// Shows the description that this server gives of itself.
window.ui = SwaggerUIBundle({ url: "openapi.json", dom_id: "#page", deepLinking: true });
