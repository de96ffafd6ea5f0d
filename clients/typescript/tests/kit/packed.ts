import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { home } from "./repository.js";

/** A directory in which the package is installed as npm would, from what `npm pack` makes; its caller removes it. */
export function installedPackage(): string {
  const place = mkdtempSync(join(tmpdir(), "hf-packed-"));
  // The build is `./test`'s; this packs what is there.
  execFileSync("npm", ["pack", "--ignore-scripts", "--pack-destination", place], { cwd: home, stdio: ["ignore", "pipe", "pipe"] });
  const tarball = readdirSync(place).find((name) => name.endsWith(".tgz"));
  const target = join(place, "node_modules/@holdfast/client");
  mkdirSync(target, { recursive: true });
  execFileSync("tar", ["-xzf", join(place, tarball ?? ""), "-C", target, "--strip-components=1"]);
  symlinkSync(join(home, "node_modules/@bufbuild"), join(place, "node_modules/@bufbuild"));
  return place;
}
