// Compresses the site's files for browsers, each as FILE.br and FILE.gz beside it.
//
// node compress.mjs FOLDER: compresses the files in this folder and the folders within.
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const COMPRESSED = /\.(css|html|js|json|map|svg|txt|wasm|webmanifest|xml)$/;

const folder = process.argv[2];
const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
const paths = files.map((entry) => join(entry.parentPath ?? entry.path, entry.name));
// Files of an earlier build.
for (const path of paths.filter((path) => /\.(br|gz)$/.test(path))) rmSync(path);
await Promise.all(
  paths
    .filter((path) => COMPRESSED.test(path))
    .map(async (path) => {
      const content = readFileSync(path);
      const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
      writeFileSync(`${path}.br`, await promisify(brotliCompress)(content, { params }));
      writeFileSync(`${path}.gz`, await promisify(gzip)(content, { level: 9 }));
    }),
);
