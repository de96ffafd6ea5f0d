// What is committed under src/generated is what proto/ gives; error codes and limits are compared by the .NET tests, which own their generator.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ErrorCode } from "../../src/generated/holdfast/v1/errors_pb.js";
import { errorEntries } from "../../src/index.js";
import { home } from "../kit/repository.js";

it("the wire messages are what the schema gives", () => {
  const fresh = mkdtempSync(join(tmpdir(), "hf-generated-"));
  try {
    execFileSync(process.execPath, [join(home, "tools/generate.mjs"), "--into", fresh]);
    const names = readdirSync(join(fresh, "holdfast/v1")).sort();
    expect(readdirSync(join(home, "src/generated/holdfast/v1")).sort()).toEqual(names);
    for (const name of names) {
      const [made, kept] = [fresh, join(home, "src/generated")].map((place) => readFileSync(join(place, "holdfast/v1", name), "utf8"));
      expect(kept, `${name} differs; run \`npm run generate\``).toBe(made);
    }
  } finally {
    rmSync(fresh, { recursive: true });
  }
});

it("every error code of the schema has its entry", () => {
  const codes = Object.entries(ErrorCode).filter(([, number]) => typeof number === "number");
  codes.sort(([, a], [, b]) => Number(a) - Number(b));
  expect(errorEntries.map((entry) => [entry.name, entry.number])).toEqual(codes);
});
