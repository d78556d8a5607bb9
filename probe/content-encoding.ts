import type { IncomingMessage } from 'node:http';
import { pipeline, type Readable, type Transform } from 'node:stream';
import * as zlib from 'node:zlib';

/** Decodes a stream incrementally, and accepts one that ends early. */
const FLUSH = { flush: zlib.constants.Z_SYNC_FLUSH, finishFlush: zlib.constants.Z_SYNC_FLUSH };
const BROTLI_FLUSH = { flush: zlib.constants.BROTLI_OPERATION_FLUSH, finishFlush: zlib.constants.BROTLI_OPERATION_FLUSH };

/** Only newer releases of Node.js support Zstandard. */
const { createZstdDecompress } = zlib as unknown as { createZstdDecompress?: () => Transform };

const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: () => zlib.createGunzip(FLUSH),
  deflate: () => zlib.createInflate(FLUSH),
  br: () => zlib.createBrotliDecompress(BROTLI_FLUSH),
  ...(createZstdDecompress ? { zstd: () => createZstdDecompress() } : {}),
};

/** The value that browsers send; without Zstandard, the one until 2024. */
export const ACCEPT_ENCODING = Object.keys(DECODERS).join(', ');

/** The body without its content encoding; an encoding that was not requested is not decoded. */
export function decoded(response: IncomingMessage): Readable {
  const decoder = DECODERS[response.headers['content-encoding']?.toLowerCase() ?? '']?.();
  if (!decoder) return response;
  // The reader of the decoder receives the error.
  return pipeline(response, decoder, () => undefined);
}
