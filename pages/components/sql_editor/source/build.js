// Bundles editor.js with CodeMirror into ../editor.js, and the licences of everything in it into ../LICENSES.txt.
// npm install && npm run build; package.json pins every package, also those that others bring along.

import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const NOTE = "// Built by source/build.js from source/ and the packages named in LICENSES.txt; do not edit.";

const built = await build({
  entryPoints: ["editor.js"],
  outfile: "../editor.js",
  bundle: true,
  minify: true,
  format: "esm",
  target: ["chrome109", "firefox115", "safari16"],
  charset: "utf8",
  legalComments: "none",
  // Streamlit takes a text without a line break for the name of a file.
  banner: { js: NOTE },
  metafile: true,
});

const bundled = new Set();
for (const path of Object.keys(built.metafile.inputs)) {
  const name = path.match(/node_modules\/((?:@[^/]+\/)?[^/]+)/);
  if (name) bundled.add(name[1]);
}
const notices = [...bundled].sort().map((name) => {
  const folder = `node_modules/${name}`;
  const { version, license } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
  const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
  return `${name} ${version} (${license})\n\n${readFileSync(`${folder}/${file}`, "utf8").trim()}\n`;
});
writeFileSync("../LICENSES.txt", `Packages in editor.js\n\n${notices.join(`\n${"-".repeat(72)}\n\n`)}`);
