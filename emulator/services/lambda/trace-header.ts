import { createHash, randomBytes } from 'node:crypto';

/** Invocations of one function in a chain before Lambda stops it. */
const LOOP_LIMIT = 16;

/** The trace header of an invocation, and whether the chain is a recursive loop. */
export interface Trace {
  readonly header: string;
  readonly isLoop: boolean;
}

/**
 * Continues the trace of the caller. `Lineage` counts the invocations of each function; AWS SDKs pass the header on.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
 * @see https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
 */
export function continueTrace(header: string | undefined, functionArn: string): Trace {
  const fields = new Map((header ?? '').split(';').filter(Boolean).map((field) => field.trim().split('=', 2) as [string, string]));
  const lineage = new Map((fields.get('Lineage') ?? '').split(',').filter(Boolean).map((hop) => hop.split(':', 2) as [string, string]));
  const id = createHash('sha256').update(functionArn).digest('hex').slice(0, 8);
  const count = Number(lineage.get(id) ?? 0) + 1;
  lineage.set(id, String(count));
  const root = fields.get('Root') ?? `1-${Math.floor(Date.now() / 1000).toString(16)}-${randomBytes(12).toString('hex')}`;
  return {
    header: `Root=${root};Parent=${randomBytes(8).toString('hex')};Sampled=${fields.get('Sampled') ?? '0'};`
      + `Lineage=${[...lineage].map(([function_, hops]) => `${function_}:${hops}`).join(',')}`,
    isLoop: count > LOOP_LIMIT,
  };
}
