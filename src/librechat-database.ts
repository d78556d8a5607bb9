import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';
import { Database } from './database/database';
import type { BindContext, Binding, VpcBindContext } from './private/binding';
import { allowPort } from './private/network';
import { validateDocumentDbRelease } from './private/validation/image';
import { ANY, NUMBER, type PropTypes, SECRET, validateProps, validateType } from './private/validation/props';
import { warnOfDocumentDbRegion, warnOfSecretRegion } from './private/validation/region';
import { validateCapacity, validateInteger } from './private/validation/values';

/** Options of `LibreChatDatabase.documentDb()`. */
export interface LibreChatDocumentDbOptions {
  /**
   * Minimum capacity of each instance in DocumentDB capacity units of about 2 GiB of memory. From 0.5 to 256 in increments of 0.5, at most
   * `maxCapacity`.
   *
   * @see https://docs.aws.amazon.com/documentdb/latest/developerguide/docdb-serverless-scaling-config.html
   * @default 0.5
   */
  readonly minCapacity?: number;

  /**
   * Maximum capacity of each instance in DocumentDB capacity units of about 2 GiB of memory. From 1 to 256 in increments of 0.5.
   *
   * @see https://docs.aws.amazon.com/documentdb/latest/developerguide/docdb-serverless-scaling-config.html
   * @default 8
   */
  readonly maxCapacity?: number;

  /**
   * Number of instances, 1 to 16. With two or more, an instance in another Availability Zone takes over if the primary fails. Each
   * instance costs the same.
   *
   * @see https://docs.aws.amazon.com/documentdb/latest/developerguide/replication.html
   * @default 1
   */
  readonly instances?: number;
}

interface DatabaseBinding extends Binding {
  readonly database?: Database;
}

/** The MongoDB-compatible database for users and conversations. */
export abstract class LibreChatDatabase {
  /**
   * Creates an encrypted DocumentDB Serverless cluster in the VPC, with a generated password that is not rotated.
   *
   * An idle cluster costs its `minCapacity`, about 30 US dollars a month for 0.5 units. `removalPolicy` determines whether the cluster
   * is kept, deleted, or deleted after a final snapshot.
   *
   * @see https://docs.aws.amazon.com/documentdb/latest/developerguide/docdb-serverless.html
   * @example
   * new LibreChatServerless(this, 'Chat', {
   *   database: LibreChatDatabase.documentDb({ instances: 2, maxCapacity: 16 }),
   * });
   */
  public static documentDb(options: LibreChatDocumentDbOptions = {}): LibreChatDatabase {
    return new DocumentDb(options);
  }

  /**
   * Uses an existing MongoDB, for example MongoDB Atlas, or DocumentDB 5.0 or newer.
   *
   * For DocumentDB, add
   * `tls=true&tlsCAFile=/opt/librechat-serverless/documentdb-ca.pem&retryWrites=false&authSource=admin&authMechanism=SCRAM-SHA-1`
   * to the URI. A function in a VPC may connect to port 27017 of any address. Allow other ports through `connections`, and connections
   * to the database in its own security group.
   *
   * @param uri secret with the connection string including the password: `mongodb+srv://user:password@host/LibreChat`
   * @example
   * new LibreChatServerless(this, 'Chat', {
   *   database: LibreChatDatabase.fromUri(ecs.Secret.fromSecretsManager(mongoUri)),
   * });
   */
  public static fromUri(uri: ecs.Secret): LibreChatDatabase {
    return new UriDatabase(uri);
  }

  /** @internal */
  public abstract readonly _needsVpc: boolean;

  /** For variants inside this library: use the static methods. */
  protected constructor() {}

  /**
   * Checks what depends on the stack and on the release of LibreChat, before any resource is created.
   *
   * @internal
   */
  public abstract _validate(scope: Construct, release?: string): void;

  /** @internal */
  public abstract _bind(scope: Construct, context: BindContext): DatabaseBinding;
}

const DOCUMENT_DB_OPTIONS: PropTypes<LibreChatDocumentDbOptions> = { minCapacity: NUMBER, maxCapacity: NUMBER, instances: ANY };

class DocumentDb extends LibreChatDatabase {
  public readonly _needsVpc = true;
  private readonly options: Required<LibreChatDocumentDbOptions>;

  constructor(options: LibreChatDocumentDbOptions) {
    super();
    validateProps('LibreChatDocumentDbOptions', options, DOCUMENT_DB_OPTIONS);
    const { minCapacity = 0.5, maxCapacity = 8, instances = 1 } = options;
    validateCapacity(minCapacity, maxCapacity);
    validateInteger('instances', instances, 1, 16);
    this.options = { minCapacity, maxCapacity, instances };
  }

  public _validate(scope: Construct, release?: string): void {
    warnOfDocumentDbRegion(scope);
    validateDocumentDbRelease(scope, release);
  }

  public _bind(scope: Construct, { network, removalPolicy, encryptionKey }: VpcBindContext): DatabaseBinding {
    const database = new Database(scope, 'Database', { ...network, ...this.options, removalPolicy, encryptionKey });
    return { ...database.binding(), database };
  }
}

class UriDatabase extends LibreChatDatabase {
  public readonly _needsVpc = false;

  constructor(private readonly uri: ecs.Secret) {
    super();
    validateType('uri', uri, SECRET);
  }

  public _validate(scope: Construct): void {
    warnOfSecretRegion(scope, this.uri);
  }

  public _bind(): DatabaseBinding {
    return {
      references: { VALUE_FROM_MONGO_URI: this.uri },
      connect: (client) => allowPort(client, 27017, 'MongoDB'),
    };
  }
}
