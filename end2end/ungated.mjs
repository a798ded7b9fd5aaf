// The demo course once more, with everything open from the start: for tests of what stands behind its gates.
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const copy = join(root, "var/test/ungated");
rmSync(copy, { recursive: true, force: true });
cpSync(join(root, "content/how-to-trust-a-number"), copy, { recursive: true });
const manifest = join(copy, "course.toml");
const text = readFileSync(manifest, "utf8")
  .replace('slug = "how-to-trust-a-number"', 'slug = "open-to-all"')
  .replace('title = "How to trust a number"', 'title = "Open to all"')
  .replace("gated = true", "gated = false");
writeFileSync(manifest, text);
