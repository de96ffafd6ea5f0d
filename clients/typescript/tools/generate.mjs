// Writes src/generated from proto/: the wire messages, by protoc and protoc-gen-es. `--into DIR` writes elsewhere, to compare.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const home = dirname(dirname(fileURLToPath(import.meta.url)));
const root = join(home, "../..");
const argument = process.argv.indexOf("--into");
const into = argument < 0 ? join(home, "src/generated") : process.argv[argument + 1];
// record.proto is the daemon's own and no part of the wire.
const files = ["daemon", "envelope", "errors", "session"].map((name) => `holdfast/v1/${name}.proto`);

// protoc comes with the package that generates the C# messages, so that both languages are made by one compiler.
function compiler() {
  const packages = process.env.NUGET_PACKAGES ?? join(homedir(), ".nuget/packages");
  const tools = join(packages, "grpc.tools");
  const versions = existsSync(tools) ? readdirSync(tools).sort((a, b) => a.localeCompare(b, "en", { numeric: true })) : [];
  const newest = versions.at(-1);
  if (newest === undefined) {
    throw new Error("protoc is missing: `dotnet restore src/Holdfast.Protocol` brings it (Grpc.Tools)");
  }
  const folder = join(tools, newest);
  const machine = process.arch === "arm64" ? "linux_arm64" : "linux_x64";
  return { program: join(folder, "tools", machine, "protoc"), include: join(folder, "build/native/include") };
}

const { program, include } = compiler();
rmSync(join(into, "holdfast"), { recursive: true, force: true });
mkdirSync(into, { recursive: true });
execFileSync(
  program,
  [
    `-I${join(root, "proto")}`,
    `-I${include}`,
    `--plugin=protoc-gen-es=${join(home, "node_modules/.bin/protoc-gen-es")}`,
    `--es_out=${into}`,
    "--es_opt=target=ts,import_extension=js",
    ...files,
  ],
  { stdio: "inherit" },
);
