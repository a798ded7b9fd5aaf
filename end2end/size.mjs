// Prints the compressed (brotli) sizes of the release build's files. Fails if the first visit or a
// lazy route exceeds its limit.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";

const KB = 1000;
const site = process.env.LYCEUM_SITE_ROOT ?? join(import.meta.dirname, "../target/site");
const pkg = join(site, "pkg");
const names = readdirSync(pkg);

/** Size as sent, in bytes. Files without a compressed version (fonts) are sent as they are. */
function sent(path) {
  try {
    return statSync(`${path}.br`).size;
  } catch {
    return statSync(path).size;
  }
}

const one = (pattern, what) => {
  const found = names.filter((name) => pattern.test(name));
  if (found.length !== 1) throw new Error(`expected one ${what} in ${pkg}, found ${found.join(", ") || "none"}`);
  return join(pkg, found[0]);
};
const line = (label, bytes, limit) => console.log(`${(bytes / KB).toFixed(1).padStart(8)} kB  ${label}${limit ? ` (at most ${limit / KB} kB)` : ""}`);

const wasm = one(/^lyceum\.[^.]+\.wasm$/, "base WASM");
const scripts = names.filter((name) => /^(lyceum|__wasm_split).*\.js$/.test(name)).map((name) => join(pkg, name));
const style = one(/^lyceum\.[^.]+\.css$/, "stylesheet");
const fonts = ["inter-latin.woff2", "lyceum-serif-latin.woff2"].map((name) => join(site, "fonts", name));

const code = [wasm, ...scripts].reduce((sum, path) => sum + sent(path), 0);
const extras = [style, ...fonts].reduce((sum, path) => sum + sent(path), 0);
for (const path of [wasm, ...scripts, style, ...fonts]) line(basename(path), sent(path));

const failures = [];
const check = (label, bytes, limit) => {
  line(label, bytes, limit);
  if (bytes > limit) failures.push(`${label}: ${bytes} bytes, at most ${limit}`);
};
// The total of a first visit to the catalog is measured in a browser, in
// end2end/tests/weight.spec.ts.
check("WASM and JavaScript that every page needs, with landing and catalog", code, 262 * KB);
line("every page needs, without its own part", code + extras);
// Limits the code that only one bundle uses. Learners' bundles are smaller: many have cheap phones.
// Files of shared code are listed only if they exceed the limit.
const TEACHING = ["admin", "admission", "authoring", "bank", "gradebook", "marking", "taught_cohort", "taught_talk"];
const limit = (name) => (TEACHING.some((bundle) => name.startsWith(`split_${bundle}_`)) ? 180 : 100) * KB;
const parts = names.filter((name) => /^(split|chunk).*\.wasm$/.test(name));
for (const name of parts.filter((name) => name.startsWith("split") || sent(join(pkg, name)) > limit(name))) {
  check(name, sent(join(pkg, name)), limit(name));
}
// Prints the size of each bundle if nothing of it is cached; most of it is shared with other
// bundles. Every file named in the manifest must exist, or a page would never load.
const manifest = JSON.parse(readFileSync(one(/^__wasm_split_manifest.*\.json$/, "manifest"), "utf8"));
for (const [bundle, parts] of Object.entries(manifest)) {
  const files = parts.map((part) => (part.endsWith(".wasm") ? basename(part) : `${basename(part)}.wasm`));
  failures.push(...files.filter((name) => !names.includes(name)).map((name) => `${bundle} names ${name}, which is missing`));
  const there = files.filter((name) => names.includes(name));
  const bytes = there.reduce((sum, name) => sum + sent(join(pkg, name)), 0);
  line(`bundle ${bundle.replace(/_\d+$/, "")}, in ${there.length} files`, bytes);
}
if (failures.length > 0) {
  console.error(failures.join("\n"));
  process.exit(1);
}
