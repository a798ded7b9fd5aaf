// Packs the smallest parts of the browser's program into one file. The splitter makes one part for
// each set of pages with common code, which are hundreds of files of some hundred bytes. As one
// file they are fewer requests, and they compress to a fraction.
//
// node pack.mjs FOLDER: packs the parts in this folder, after `cargo leptos build --split`.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

// Parts of at most this many bytes are packed. Every page that is downloaded later needs the pack,
// so larger parts stay with the pages that use them.
const SMALL = 1500;

const folder = process.argv[2];
const names = readdirSync(folder);
const one = (pattern) => {
  const found = names.filter((name) => pattern.test(name));
  if (found.length !== 1) throw new Error(`expected one ${pattern} in ${folder}, found ${found.join(", ") || "none"}`);
  return join(folder, found[0]);
};
const loader = one(/^__wasm_split\.[^.]+\.js$/);
const manifest = one(/^__wasm_split_manifest\..*\.json$/);

const LOAD =
  /const (__chunk_\d+) = makeLoad\(\(\) => \{\s*const src = fetch\(new URL\("\.\/([^"]+)\.wasm", import\.meta\.url\)\);\s*return async \(imports\) => \(?WebAssembly\.instantiateStreaming\(src, imports\)\)?;\s*\}\s*, \[\]\);/g;

const source = readFileSync(loader, "utf8");
if (source.includes("function packed(")) process.exit(0);
const pieces = [];
const packed = new Set();
let size = 0;
const script = source.replace(LOAD, (whole, chunk, name) => {
  const piece = readFileSync(join(folder, `${name}.wasm`));
  if (piece.length > SMALL) return whole;
  const from = size;
  pieces.push(piece);
  packed.add(name);
  size += piece.length;
  return `const ${chunk} = makeLoad(() => packed(${from}, ${piece.length}), []);`;
});
if (packed.size < 2) {
  // Without this, a changed form of the loader would go unnoticed.
  if (names.filter((name) => /^chunk_.*\.wasm$/.test(name)).length > 20) throw new Error(`${loader} has an unknown form`);
  process.exit(0);
}
const pack = Buffer.concat(pieces);
const hash = createHash("sha256").update(pack).digest("base64url").slice(0, 22);
const file = `chunks.${hash}`;
const helper = `let pack;
function packed(from, length) {
    pack ??= fetch(new URL("./${file}.wasm", import.meta.url)).then((answer) => {
        if (!answer.ok) throw new Error(\`\${answer.status} for \${answer.url}\`);
        return answer.arrayBuffer();
    });
    const bytes = pack;
    bytes.catch(() => {
        if (pack === bytes) pack = undefined;
    });
    return async (imports) => WebAssembly.instantiate(new Uint8Array(await bytes, from, length), imports);
}
`;
// Comments name the pages that use each part.
const short = script.replace(/^\/\*.*\*\/$\n/gm, "").replace("function makeLoad(", () => `${helper}function makeLoad(`);
for (const name of names.filter((name) => name.startsWith("chunks."))) rmSync(join(folder, name));
writeFileSync(join(folder, `${file}.wasm`), pack);
writeFileSync(loader, short);
const bundles = Object.entries(JSON.parse(readFileSync(manifest, "utf8"))).map(([bundle, parts]) => {
  const others = parts.filter((part) => !packed.has(part.split("/").pop()));
  return [bundle, others.length < parts.length ? [...others, file] : others];
});
writeFileSync(manifest, JSON.stringify(Object.fromEntries(bundles)));
for (const name of packed) rmSync(join(folder, `${name}.wasm`));
console.log(`Packed ${packed.size} small parts of the program, ${size} bytes, into one file.`);
