export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** What differs between `actual` and the part of it that is expected; undefined where nothing does. */
export function difference(actual: Json | undefined, expected: Json, path = ""): string | undefined {
  if (Array.isArray(expected) && Array.isArray(actual)) {
    if (actual.length !== expected.length) {
      return `${path}: ${actual.length} elements instead of ${expected.length}: ${JSON.stringify(actual)}`;
    }
    return first(expected.map((value, i) => difference(actual[i], value, `${path}[${i}]`)));
  }
  if (isObject(expected) && isObject(actual)) {
    return first(Object.entries(expected).map(([key, value]) => difference(actual[key], value, `${path}.${key}`)));
  }
  return actual === expected ? undefined : `${path}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`;
}

/** The value at a path like `flow.warnings`; what is not there is the default, 0. */
export function numberAt(json: Json, path: string): number {
  let value: Json | undefined = json;
  for (const key of path.split(".")) {
    value = isObject(value) ? value[key] : undefined;
  }
  return Number(value ?? 0);
}

function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function first(differences: (string | undefined)[]): string | undefined {
  return differences.find((text) => text !== undefined);
}
