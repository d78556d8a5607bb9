import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Annotations } from 'aws-cdk-lib';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { Construct } from 'constructs';
import { LARGEST_UPLOAD_MB } from './contract/limits';
import { sorted } from './private/sorted';
import { inTemporaryFolder } from './private/temporary-folder';
import { parseConfig, validateConfig, validateFile } from './private/validate-config';

/** What LibreChat runs with unless it is told otherwise: files on S3, and uploads no larger than Lambda lets through. */
const DEFAULT_CONFIG = {
  version: '1.3.0',
  cache: true,
  fileStrategy: 's3',
  fileConfig: {
    serverFileSizeLimit: LARGEST_UPLOAD_MB,
    endpoints: { default: { fileSizeLimit: LARGEST_UPLOAD_MB, totalSizeLimit: LARGEST_UPLOAD_MB } },
  },
};

/** An object in a bucket. */
interface ConfigLocation {
  readonly bucket: s3.IBucket;
  readonly key: string;
}

/**
 * Where LibreChat's `librechat.yaml` comes from. Without one, a built-in file has uploads on S3, of at most 4 MB each,
 * which is what Lambda lets through.
 *
 * @see https://www.librechat.ai/docs/configuration/librechat_yaml
 */
export class LibreChatConfig {
  /**
   * A file beside your app, uploaded as a CDK asset: a changed file is deployed without a new image.
   *
   * Refused where it is not YAML, or has no `version`; a warning says so where files would not go to S3.
   *
   * @param path of the file, from the folder that the app is run in
   * @example
   * new LibreChatServerless(this, 'Chat', {
   *   config: LibreChatConfig.fromFile('librechat.yaml'),
   * });
   */
  public static fromFile(path: string): LibreChatConfig {
    validateFile('path', path);
    const config = parseConfig(path, readFileSync(path, 'utf8'));
    return new LibreChatConfig((scope) => locate(scope, config, path));
  }

  /**
   * The contents of `librechat.yaml` as an object, uploaded as a CDK asset.
   *
   * @param config must have `version` as a string, and should have `fileStrategy: 's3'`
   * @example
   * new LibreChatServerless(this, 'Chat', {
   *   config: LibreChatConfig.fromObject({
   *     version: '1.3.0',
   *     cache: true,
   *     fileStrategy: 's3',
   *     interface: { customWelcome: 'Ask away' },
   *   }),
   * });
   */
  public static fromObject(config: { [key: string]: any }): LibreChatConfig {
    validateConfig('config', config);
    // JSON is YAML, and needs no library.
    const text = JSON.stringify(sorted(config), undefined, 2);
    return new LibreChatConfig((scope) => locateText(scope, config, text));
  }

  /**
   * An object in a bucket of yours. It is read whenever an environment starts; the function may read this one object.
   *
   * It is not checked when the app is synthesized. Where it cannot be read, LibreChat does not start.
   *
   * @example
   * declare const bucket: s3.IBucket;
   *
   * new LibreChatServerless(this, 'Chat', {
   *   config: LibreChatConfig.fromBucket(bucket, 'librechat.yaml'),
   * });
   */
  public static fromBucket(bucket: s3.IBucket, key: string): LibreChatConfig {
    return new LibreChatConfig(() => ({ bucket, key }));
  }

  /** @internal */
  public static _default(): LibreChatConfig {
    return LibreChatConfig.fromObject(DEFAULT_CONFIG);
  }

  /** @internal */
  public readonly _bind: (scope: Construct) => ConfigLocation;

  private constructor(bind: (scope: Construct) => ConfigLocation) {
    this._bind = bind;
  }
}

function locate(scope: Construct, config: Record<string, unknown>, path: string): ConfigLocation {
  if (config.fileStrategy !== 's3') {
    Annotations.of(scope).addWarningV2(
      'cdk-librechat-serverless:fileStrategy',
      'librechat.yaml should have fileStrategy: s3, since files on the disk of a Lambda environment are lost with it',
    );
  }
  const asset = new Asset(scope, 'Config', { path });
  return { bucket: asset.bucket, key: asset.s3ObjectKey };
}

function locateText(scope: Construct, config: Record<string, unknown>, text: string): ConfigLocation {
  return inTemporaryFolder(scope, (folder) => {
    const path = join(folder, 'librechat.yaml');
    writeFileSync(path, text);
    return locate(scope, config, path);
  });
}
