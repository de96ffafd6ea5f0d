// The cases of tests/conformance, which hold for every client library, with this one.
import { expect, it } from "vitest";
import { cases } from "./case.js";
import { CaseRunner } from "./caseRunner.js";

it("has cases", () => expect(cases.length).toBeGreaterThan(15));

it.each(cases)("$name: $promise", async (one) => {
  await using runner = new CaseRunner(one);
  await runner.run();
});
