// Checks custom resources (a JSON list on standard input) against the published schemas; prints one line a finding.
// Runs beside node_modules.
import fs from "node:fs";

const packages = {
  "keda.sh": "keda",
  "monitoring.coreos.com": "prometheus-operator",
  "cert-manager.io": "cert-manager",
  "external-secrets.io": "external-secrets",
  "gateway.networking.k8s.io": "gateway-api",
};

for (const resource of JSON.parse(fs.readFileSync(0, "utf8"))) {
  const [group, version] = resource.apiVersion.split("/");
  const name = `${resource.kind}/${resource.metadata.name}`;
  try {
    const models = await import(`@kubernetes-models/${packages[group]}/${group}/${version}`);
    new models[resource.kind](resource).validate();
  } catch (error) {
    console.log(`${name}: ${String(error.message).slice(0, 300)}`);
  }
}
