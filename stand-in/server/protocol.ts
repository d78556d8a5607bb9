import type { Request, Response } from 'express';

/** The newest version of LibreChat's contract between page and server about generations. */
const NEWEST = 2;
export const PROTOCOL_HEADER = 'x-librechat-generation-protocol';

/** The version that a client understands, by what it says of itself. */
export function protocolOf(req: Request): number {
  const { generationProtocolVersion: inBody } = (req.body ?? {}) as { generationProtocolVersion?: unknown };
  const said = [req.get(PROTOCOL_HEADER), req.query.generationProtocolVersion, inBody].some((value) => Number(value) === NEWEST);
  return said ? NEWEST : 1;
}

/** Answers a request about a generation; header and body carry the version. */
export function sendGenerationJson(res: Response, status: number, body: object): void {
  const generationProtocolVersion = protocolOf(res.req);
  res.status(status).set(PROTOCOL_HEADER, String(generationProtocolVersion)).json({ ...body, generationProtocolVersion });
}
