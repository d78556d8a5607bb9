import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { raw, Router } from 'express';
import type Redis from 'ioredis';
import type { FileStore } from './file-store';

// LibreChat's limit; CloudFront and Lambda allow less.
const UPLOAD_LIMIT = '512mb';

interface FileRecord {
  readonly file_id: string;
  readonly filename: string;
  readonly type: string;
  readonly bytes: number;
  readonly key: string;
}

/** `/api/files`: uploads as multipart forms. They pass through the folder for temporary files. */
export function fileRoutes(redis: Redis, store: FileStore, temporary: string): Router {
  const router = Router();

  router.get('/', async (_req, res) => {
    const records = await redis.hgetall(`files:${res.locals.userId}`);
    res.json(Object.values(records).map((record) => JSON.parse(record) as FileRecord));
  });

  router.post('/', raw({ type: 'multipart/form-data', limit: UPLOAD_LIMIT }), async (req, res) => {
    const file = Buffer.isBuffer(req.body) ? await fileIn(req.body, req.get('content-type')!) : undefined;
    if (!file) return void res.status(400).json({ message: 'No file provided' });
    const id = randomUUID();
    const path = join(temporary, id);
    const key = `uploads/${res.locals.userId}/${id}__${file.name}`;
    try {
      await mkdir(temporary, { recursive: true });
      await writeFile(path, Buffer.from(await file.arrayBuffer()));
      await store.put(key, path, file.type);
    } finally {
      await rm(path, { force: true });
    }
    const record: FileRecord = { file_id: id, filename: file.name, type: file.type, bytes: file.size, key };
    await redis.hset(`files:${res.locals.userId}`, id, JSON.stringify(record));
    res.json({ message: 'File uploaded and processed successfully', ...record });
  });

  router.get('/download/:userId/:fileId', async (req, res) => {
    const record = await redis.hget(`files:${res.locals.userId}`, req.params.fileId);
    if (req.params.userId !== res.locals.userId || !record) return void res.status(404).json({ message: 'File not found' });
    const { filename, type, key } = JSON.parse(record) as FileRecord;
    const content = await store.get(key);
    res.attachment(filename).type(type || 'application/octet-stream');
    await pipeline(content, res);
  });

  return router;
}

/** The file in the form. */
async function fileIn(body: Buffer, contentType: string): Promise<File | undefined> {
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData();
  const file = form.get('file');
  return file instanceof File ? file : undefined;
}
