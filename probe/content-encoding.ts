import type { IncomingMessage } from 'node:http';
import { pipeline, type Readable, type Transform } from 'node:stream';
import * as zlib from 'node:zlib';

/** A stream is decoded as it comes, and one that ends early ends in the middle. */
const FLUSH = { flush: zlib.constants.Z_SYNC_FLUSH, finishFlush: zlib.constants.Z_SYNC_FLUSH };
const BROTLI_FLUSH = { flush: zlib.constants.BROTLI_OPERATION_FLUSH, finishFlush: zlib.constants.BROTLI_OPERATION_FLUSH };

/** Zstandard is part of newer releases of Node.js only. */
const { createZstdDecompress } = zlib as unknown as { createZstdDecompress?: () => Transform };

const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: () => zlib.createGunzip(FLUSH),
  deflate: () => zlib.createInflate(FLUSH),
  br: () => zlib.createBrotliDecompress(BROTLI_FLUSH),
  ...(createZstdDecompress ? { zstd: () => createZstdDecompress() } : {}),
};

/** What browsers send; without Zstandard, what they sent until 2024. */
export const ACCEPT_ENCODING = Object.keys(DECODERS).join(', ');

/** The body without its content encoding; one that nobody asked for is left as it is. */
export function decoded(response: IncomingMessage): Readable {
  const decoder = DECODERS[response.headers['content-encoding']?.toLowerCase() ?? '']?.();
  if (!decoder) return response;
  // Whoever reads the decoder gets the error.
  return pipeline(response, decoder, () => undefined);
}
