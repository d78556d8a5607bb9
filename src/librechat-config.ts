import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { Construct } from 'constructs';
import { LARGEST_UPLOAD_MB } from './contract/limits';
import type { BindContext } from './private/binding';
import type { ConfigContext } from './private/config/references';
import { warnOfWebSearch } from './private/config/web-search';
import { inTemporaryFolder } from './private/files';
import { sorted } from './private/sorted';
import { parseConfig, validateConfig, validateConfigForLibreChat, validateConfigObject, validateFile } from './private/validation/config';
import { BUCKET, STRING, validateType } from './private/validation/props';
import { validateBucketRegion } from './private/validation/region';

/** Files on S3, and uploads within the payload limit of Lambda. */
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
 * The source of `librechat.yaml`, LibreChat's configuration file.
 *
 * The default configuration stores files on S3 and limits uploads to 4 MB, since Lambda limits the size of requests.
 *
 * @see https://www.librechat.ai/docs/configuration/librechat_yaml
 */
export abstract class LibreChatConfig {
  /**
   * Uploads a local file as a CDK asset. A change of the file is deployed without a new image.
   *
   * Fails if LibreChat v0.8.8 would ignore the file or not start with it. Warns of settings that do not work on Lambda, such as large uploads,
   * and of references to environment variables that are not set.
   *
   * @param path path of the file, relative to the working directory of the app
   * @example
   * new LibreChatServerless(this, 'Chat', {
   *   config: LibreChatConfig.fromFile('librechat.yaml'),
   * });
   */
  public static fromFile(path: string): LibreChatConfig {
    return new FileConfig(path);
  }

  /**
   * Uploads the contents of `librechat.yaml`, specified as an object, as a CDK asset.
   *
   * Fails and warns as `fromFile()`. Tokens are not allowed: use environment variables for values that are known at deployment only.
   *
   * @param config contents of `librechat.yaml`
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
    return new ObjectConfig(config);
  }

  /**
   * Uses an object in an existing bucket. The function reads it at each start, and is granted access to this object only.
   *
   * The object is not validated at synthesis. LibreChat does not start if the object cannot be read.
   *
   * @param bucket bucket that contains the object, in the region of the stack
   * @param key key of the object
   * @example
   * declare const bucket: s3.IBucket;
   *
   * new LibreChatServerless(this, 'Chat', {
   *   config: LibreChatConfig.fromBucket(bucket, 'librechat.yaml'),
   * });
   */
  public static fromBucket(bucket: s3.IBucket, key: string): LibreChatConfig {
    return new BucketConfig(bucket, key);
  }

  /** @internal */
  public static _default(): LibreChatConfig {
    return new DefaultConfig(DEFAULT_CONFIG);
  }

  /** For variants inside this library: use the static methods. */
  protected constructor() {}

  /** @internal */
  public _validate(_scope: Construct, _context: ConfigContext): void {}

  /** @internal */
  public abstract _bind(scope: Construct, context: BindContext): ConfigLocation;
}

class FileConfig extends LibreChatConfig {
  private readonly config: Record<string, unknown>;

  constructor(private readonly path: string) {
    super();
    validateFile('path', path);
    this.config = parseConfig(path, readFileSync(path, 'utf8'));
  }

  public override _validate(scope: Construct, context: ConfigContext): void {
    validateConfigForLibreChat(scope, this.path, this.config, context);
  }

  public _bind(scope: Construct): ConfigLocation {
    return uploadConfig(scope, this.path);
  }
}

class ObjectConfig extends LibreChatConfig {
  constructor(private readonly config: Record<string, unknown>) {
    super();
    validateConfig('config', config);
    validateConfigObject('config', config);
  }

  public override _validate(scope: Construct, context: ConfigContext): void {
    validateConfigForLibreChat(scope, 'config', this.config, context);
  }

  public _bind(scope: Construct): ConfigLocation {
    return inTemporaryFolder(scope, (folder) => {
      const path = join(folder, 'librechat.yaml');
      // JSON is a subset of YAML.
      writeFileSync(path, JSON.stringify(sorted(this.config), undefined, 2));
      return uploadConfig(scope, path);
    });
  }
}

/** Valid, so that synthesis does not load the schema. */
class DefaultConfig extends ObjectConfig {
  public override _validate(scope: Construct, context: ConfigContext): void {
    warnOfWebSearch(scope, DEFAULT_CONFIG, context);
  }
}

class BucketConfig extends LibreChatConfig {
  constructor(private readonly bucket: s3.IBucket, private readonly key: string) {
    super();
    validateType('bucket', bucket, BUCKET);
    validateType('key', key, STRING);
  }

  public override _validate(scope: Construct): void {
    validateBucketRegion(scope, 'config', this.bucket);
  }

  public _bind(): ConfigLocation {
    return { bucket: this.bucket, key: this.key };
  }
}

function uploadConfig(scope: Construct, path: string): ConfigLocation {
  const asset = new Asset(scope, 'Config', { path });
  return { bucket: asset.bucket, key: asset.s3ObjectKey };
}
