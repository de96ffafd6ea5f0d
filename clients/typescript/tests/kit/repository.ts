import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the repository. */
export const root = fileURLToPath(new URL("../../../..", import.meta.url));

/** The root of this package. */
export const home = fileURLToPath(new URL("../..", import.meta.url));

const binaries = process.env["HOLDFAST_BIN"] ?? join(root, ".build/bin");

/** The `holdfast` program that tests run. */
export const holdfast = join(binaries, "holdfast");
