// An answer is an envelope whose body must be of the kind that was asked for.
import type { Envelope } from "../generated/holdfast/v1/envelope_pb.js";
import { faults } from "./faults.js";

type Body = Envelope["body"];

export type BodyCase = NonNullable<Body["case"]>;

export type BodyValue<C extends BodyCase> = Extract<Body, { case: C }>["value"];

export function bodyOf<C extends BodyCase>(envelope: Envelope, expected: C): BodyValue<C> {
  if (envelope.body.case !== expected) {
    throw faults.unexpectedAnswer(envelope.body.case);
  }
  return envelope.body.value as BodyValue<C>;
}
