import { createReadStream } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

/** Storage of uploaded files. */
export interface FileStore {
  /** Stores a temporary file. */
  put(key: string, path: string, type: string): Promise<void>;
  get(key: string): Promise<Readable>;
}

/** `fileStrategy: local`: a local folder. */
export class LocalFiles implements FileStore {
  constructor(private readonly directory: string) {}

  async put(key: string, path: string): Promise<void> {
    const target = join(this.directory, key);
    await mkdir(join(target, '..'), { recursive: true });
    await rename(path, target);
  }

  async get(key: string): Promise<Readable> {
    return createReadStream(join(this.directory, key));
  }
}

/**
 * `fileStrategy: s3`. Like LibreChat's client, it uses key and secret of the environment if both are set, without a
 * session token; otherwise it uses the AWS SDK's default credentials, such as a credentials file.
 */
export class S3Files implements FileStore {
  constructor(private readonly bucket: string, private readonly env: NodeJS.ProcessEnv) {}

  async put(key: string, path: string, type: string): Promise<void> {
    const { PutObjectCommand } = await import('@aws-sdk/client-s3');
    const { readFile } = await import('node:fs/promises');
    await (await this.client()).send(new PutObjectCommand({ Bucket: this.bucket, Key: key, Body: await readFile(path), ContentType: type }));
  }

  async get(key: string): Promise<Readable> {
    const { GetObjectCommand } = await import('@aws-sdk/client-s3');
    const { Body } = await (await this.client()).send(new GetObjectCommand({ Bucket: this.bucket, Key: key }));
    return Body as Readable;
  }

  /** Loaded on first use: the SDK would add 0.1 s to every start. */
  private async client() {
    const { S3Client } = await import('@aws-sdk/client-s3');
    const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_REGION: region } = this.env;
    const credentials = accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined;
    return new S3Client({ region: region ?? 'us-east-1', credentials });
  }
}
