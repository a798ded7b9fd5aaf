// Optimizes all parts of the browser's program for size, as `wasm-opt -Oz` does, in as many threads
// as there are processors. Keeps results by content: what has not changed is not optimized again.
//
// node optimize.mjs FOLDER KEPT: optimizes the .wasm files of FOLDER in place; results are in KEPT.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { isMainThread, parentPort, threadId, Worker, workerData } from "node:worker_threads";

const PACKAGE = new URL("../../end2end/node_modules/binaryen/", import.meta.url);
/** Days after which a result that no build has used is deleted. */
const KEEP_DAYS = 14;

if (isMainThread) {
  const [folder, kept] = process.argv.slice(2);
  mkdirSync(kept, { recursive: true });
  for (const name of readdirSync(kept)) {
    const path = join(kept, name);
    if (statSync(path).mtimeMs < Date.now() - KEEP_DAYS * 86_400_000) rmSync(path);
  }
  const files = readdirSync(folder).filter((name) => name.endsWith(".wasm"));
  // Largest first, so that no thread is left with the largest at the end.
  const waiting = files.map((name) => join(folder, name)).sort((a, b) => statSync(b).size - statSync(a).size);
  const totals = { before: 0, after: 0, done: 0 };
  const one = () =>
    new Promise((resolve, reject) => {
      // The optimizer warns of the names of the splitter, which it drops.
      const worker = new Worker(new URL(import.meta.url), { workerData: kept, stdout: true, stderr: true });
      worker.stdout.resume();
      worker.stderr.resume();
      const next = () => (waiting.length > 0 ? worker.postMessage(waiting.shift()) : worker.postMessage(null));
      worker.on("message", ({ before, after, done }) => {
        totals.before += before;
        totals.after += after;
        totals.done += done;
        next();
      });
      worker.on("error", reject);
      worker.on("exit", (code) => (code === 0 ? resolve() : reject(new Error(`the optimizer ended with ${code}`))));
      next();
    });
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), files.length) }, one));
  const kb = (bytes) => Math.round(bytes / 1000);
  console.log(`Optimized ${totals.done} of ${files.length} parts of the program: ${kb(totals.before)} kB became ${kb(totals.after)} kB.`);
} else {
  const version = JSON.parse(readFileSync(new URL("package.json", PACKAGE), "utf8")).version;
  let binaryen;
  // The features of WebAssembly that Rust's compiler uses.
  const features = (F) => F.MutableGlobals | F.SignExt | F.BulkMemory | F.BulkMemoryOpt | F.NontrappingFPToInt | F.ReferenceTypes | F.Multivalue;
  const optimized = async (content) => {
    if (!binaryen) {
      ({ default: binaryen } = await import(new URL("index.js", PACKAGE)));
      binaryen.setOptimizeLevel(2);
      binaryen.setShrinkLevel(2);
      binaryen.setDebugInfo(false);
    }
    const module = binaryen.readBinary(content);
    module.setFeatures(features(binaryen.Features));
    module.optimize();
    const result = module.emitBinary();
    module.dispose();
    return result;
  };
  parentPort.on("message", async (path) => {
    if (path === null) return parentPort.close();
    const content = readFileSync(path);
    const kept = join(workerData, createHash("sha256").update(`-Oz ${version}\n`).update(content).digest("hex"));
    let result;
    let done = 0;
    try {
      result = readFileSync(kept);
      utimesSync(kept, new Date(), new Date());
    } catch {
      done = 1;
      result = await optimized(content);
      // Written under another name first, because a build can be stopped at any time. Two threads can
      // meet the same content, so each has a name of its own.
      const own = `${kept}.${process.pid}-${threadId}`;
      writeFileSync(own, result);
      renameSync(own, kept);
    }
    writeFileSync(`${path}.new`, result);
    renameSync(`${path}.new`, path);
    parentPort.postMessage({ before: content.length, after: result.length, done });
  });
}
