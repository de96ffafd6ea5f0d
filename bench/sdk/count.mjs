// Counts the output of the session that is named, through the TypeScript client: a consumer that does nothing else.
const { createClient } = await import(process.env.BENCH_CLIENT);
const client = createClient();
const session = await client.attach(process.argv[2], { from: "start", as: "observer" });
let bytes = 0;
for await (const event of session) {
  if (event.type === "output") bytes += event.data.length;
  if (event.type === "exit") break;
}
console.log(bytes);
await client.close();
