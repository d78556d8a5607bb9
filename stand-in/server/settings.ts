import { join } from 'node:path';

/** The settings in LibreChat's environment variables that the stand-in reads. */
export interface Settings {
  readonly host: string;
  readonly port: number;
  readonly production: boolean;
  readonly trustProxy: number;
  /** URL of the page. */
  readonly clientUrl: string;
  readonly jwtSecret: string;
  readonly jwtRefreshSecret: string;
  readonly metricsSecret?: string;
  readonly registrationAllowed: boolean;
  readonly keepCompletedJobs: boolean;
  /** Interval of comments in silent streams, as sent by LibreChat after v0.8.8; earlier versions send none. */
  readonly keepAliveMs?: number;
  readonly redis: {
    readonly uri: string;
    readonly password?: string;
    readonly keyPrefix: string;
    readonly ca?: string;
    readonly attempts: number;
    /** A separate Redis for data that LibreChat stores in MongoDB, for tests in which the other one loses its data. */
    readonly documentsUri?: string;
  };
  readonly clientDirectory: string;
  readonly uploadsDirectory: string;
  readonly filesDirectory: string;
  readonly logDirectory: string;
  readonly logToFile: boolean;
  readonly configPath?: string;
  readonly bucket?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Without these, LibreChat does not start, or logs users out at random on Lambda. */
const REQUIRED = ['CREDS_KEY', 'CREDS_IV', 'JWT_SECRET', 'JWT_REFRESH_SECRET', 'MONGO_URI', 'DOMAIN_CLIENT', 'USE_REDIS', 'REDIS_URI'];
const HEX_LENGTHS: Readonly<Record<string, number>> = { CREDS_KEY: 64, CREDS_IV: 32 };

const enabled = (value?: string) => value?.toLowerCase() === 'true';

/** Reads the settings; `directory` corresponds to LibreChat's `/app/api`. @throws Error with every invalid variable */
export function readSettings(env: Environment, directory: string): Settings {
  const problems = [
    ...REQUIRED.filter((name) => !env[name]).map((name) => `${name} is missing`),
    ...Object.entries(HEX_LENGTHS)
      .filter(([name, length]) => env[name] && !new RegExp(`^[0-9a-f]{${length}}$`, 'i').test(env[name]))
      .map(([name, length]) => `${name} must be ${length} hexadecimal digits`),
    ...(env.USE_REDIS && !enabled(env.USE_REDIS) ? ['USE_REDIS must be true: streams between processes need Redis'] : []),
    ...(env.MONGO_URI && !/^mongodb(\+srv)?:\/\//.test(env.MONGO_URI) ? ['MONGO_URI must begin with mongodb:// or mongodb+srv://'] : []),
    ...(env.DOMAIN_CLIENT && !URL.canParse(env.DOMAIN_CLIENT) ? ['DOMAIN_CLIENT must be a URL'] : []),
  ];
  if (problems.length) throw new Error(problems.join('; '));

  const root = join(directory, '..');
  return {
    host: env.HOST ?? 'localhost',
    port: Number(env.PORT ?? 3080),
    production: env.NODE_ENV === 'production',
    trustProxy: Number(env.TRUST_PROXY) || 1,
    clientUrl: env.DOMAIN_CLIENT!,
    jwtSecret: env.JWT_SECRET!,
    jwtRefreshSecret: env.JWT_REFRESH_SECRET!,
    metricsSecret: env.METRICS_SECRET,
    registrationAllowed: enabled(env.ALLOW_REGISTRATION),
    keepCompletedJobs: enabled(env.STREAM_KEEP_COMPLETED_JOBS),
    keepAliveMs: Number(env.STAND_IN_KEEP_ALIVE_MS) || undefined,
    redis: {
      uri: env.REDIS_URI!,
      password: env.REDIS_PASSWORD,
      keyPrefix: env.REDIS_KEY_PREFIX ? `${env.REDIS_KEY_PREFIX}::` : '',
      ca: env.REDIS_CA,
      attempts: Number(env.REDIS_RETRY_MAX_ATTEMPTS ?? 10),
      documentsUri: env.STAND_IN_DOCUMENTS_URI,
    },
    clientDirectory: join(root, 'client/dist'),
    uploadsDirectory: join(root, 'uploads/temp'),
    filesDirectory: join(root, 'client/public'),
    logDirectory: env.LIBRECHAT_LOG_DIR ?? join(directory, 'logs'),
    logToFile: (env.LOG_TO_FILE ?? 'true') !== 'false',
    configPath: env.CONFIG_PATH,
    bucket: env.AWS_BUCKET_NAME,
  };
}
