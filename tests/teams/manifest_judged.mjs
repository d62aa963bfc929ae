// What Microsoft's own library has against a manifest, as a JSON list: `node manifest_judged.mjs manifest.json`.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { AppManifestUtils } = createRequire(new URL("../browser/package.json", import.meta.url))("@microsoft/app-manifest");
const manifest = JSON.parse(readFileSync(process.argv[2], "utf8"));
console.log(JSON.stringify(await AppManifestUtils.validateAgainstSchema(manifest)));
