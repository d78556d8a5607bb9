import type { Sealer } from './sealing';
import type { RequestHead, ResponseHead } from '../shared/exchange';

/** A part of a response. Frame 1 of every response is its claim. It is not sealed, because it contains the attempt that the key is derived from. */
export type Frame =
  | { readonly type: 'head'; readonly head: ResponseHead }
  | { readonly type: 'data'; readonly data: Buffer }
  | { readonly type: 'want' }
  | { readonly type: 'end' }
  | { readonly type: 'error'; readonly reason: string };

export const CLAIM_FRAME = 1;

const CODES = { head: 'h', data: 'd', want: 'w', end: 'e', error: 'x' } as const;
const NOTHING = Buffer.alloc(0);

export function sealFrame(sealer: Sealer, number: number, frame: Frame): Buffer {
  return sealer.seal(number, Buffer.from(CODES[frame.type]), payloadOf(frame));
}

/** Undefined if the frame cannot be opened. */
export function openFrame(sealer: Sealer, number: number, sealed: Buffer): Frame | undefined {
  const plain = sealer.open(number, sealed);
  if (!plain) return undefined;
  const payload = plain.subarray(1);
  switch (String.fromCharCode(plain[0])) {
    case CODES.head: return { type: 'head', head: JSON.parse(payload.toString()) as ResponseHead };
    case CODES.data: return { type: 'data', data: payload };
    case CODES.want: return { type: 'want' };
    case CODES.end: return { type: 'end' };
    case CODES.error: return { type: 'error', reason: payload.toString() };
    default: return undefined;
  }
}

function payloadOf(frame: Frame): Buffer {
  switch (frame.type) {
    case 'head': return Buffer.from(JSON.stringify(frame.head));
    case 'data': return frame.data;
    case 'error': return Buffer.from(frame.reason);
    default: return NOTHING;
  }
}

/** A request's head as it is stored, with the time, so that an old request cannot be replayed. */
export interface StoredHead {
  readonly time: number;
  readonly head: RequestHead;
}
