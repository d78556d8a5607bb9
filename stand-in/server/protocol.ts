import type { Request, Response } from 'express';

/** The newest version of LibreChat's generation protocol between page and server. */
const NEWEST = 2;
export const PROTOCOL_HEADER = 'x-librechat-generation-protocol';

/** The version that a client supports, from its request. */
export function protocolOf(req: Request): number {
  const { generationProtocolVersion: inBody } = (req.body ?? {}) as { generationProtocolVersion?: unknown };
  const said = [req.get(PROTOCOL_HEADER), req.query.generationProtocolVersion, inBody].some((value) => Number(value) === NEWEST);
  return said ? NEWEST : 1;
}

/** Responds to a request about a generation, with the version in header and body. */
export function sendGenerationJson(res: Response, status: number, body: object): void {
  const generationProtocolVersion = protocolOf(res.req);
  res.status(status).set(PROTOCOL_HEADER, String(generationProtocolVersion)).json({ ...body, generationProtocolVersion });
}
