import type { IndexDefinition, IndexOptions, SchemaDefinition } from 'mongoose';
import { isAtLeast } from './release';

type Index = readonly [keys: IndexDefinition, options?: IndexOptions];

export interface Declaration {
  /** Fields that the stand-in uses; LibreChat's models have more of them. */
  readonly fields?: SchemaDefinition;
  readonly indexes: readonly Index[];
}

const UNIQUE = { unique: true };
const SPARSE = { sparse: true };
const TENANT: Index = [{ tenantId: 1 }];
const expiring = (field: string, expireAfterSeconds = 0): Index => [{ [field]: 1 }, { expireAfterSeconds }];
const plain = (...fields: string[]): Index[] => fields.map((field) => [{ [field]: 1 }]);
const uniqueWhere = (field: string, ...others: string[]): Index => [
  Object.fromEntries([field, ...others, 'tenantId'].map((name) => [name, 1])),
  { ...UNIQUE, partialFilterExpression: { [field]: { $exists: true } } },
];

/** The models with the most indexes, with their indexes in v0.8.7 and v0.8.8-rc1, by name. */
export function declarations(): Readonly<Record<string, Declaration>> {
  const since = (version: string, ...indexes: Index[]) => (isAtLeast(version) ? indexes : []);
  return {
    User: {
      fields: {
        name: String,
        username: { type: String, lowercase: true },
        email: { type: String, required: true, lowercase: true },
        emailVerified: Boolean,
        password: String,
        passwordVersion: Number,
        provider: { type: String, default: 'local' },
        role: { type: String, default: 'USER' },
        termsAccepted: Boolean,
        termsAcceptedAt: Date,
      },
      indexes: [
        ...plain('email'), expiring('expiresAt', 604_800), [{ idOnTheSource: 1 }, SPARSE], TENANT, [{ email: 1, tenantId: 1 }, UNIQUE], [{ role: 1, tenantId: 1 }],
        [{ idOnTheSource: 1, openidIssuer: 1, tenantId: 1 }], uniqueWhere('googleId'), uniqueWhere('facebookId'), uniqueWhere('openidId', 'openidIssuer'),
        uniqueWhere('samlId'), uniqueWhere('ldapId'), uniqueWhere('githubId'), uniqueWhere('discordId'), uniqueWhere('appleId'),
      ],
    },
    Role: { fields: { name: { type: String, required: true } }, indexes: [...plain('name'), TENANT, [{ name: 1, tenantId: 1 }, UNIQUE]] },
    Session: { indexes: [expiring('expiration'), TENANT] },
    Token: { indexes: [TENANT, expiring('expiresAt'), ...since('0.8.8', [{ userId: 1, type: 1, identifier: 1, tenantId: 1 }])] },
    Balance: { indexes: [...plain('user'), TENANT] },
    Transaction: { indexes: [...plain('user', 'conversationId', 'model'), TENANT] },
    Conversation: {
      indexes: [
        ...plain('conversationId', 'user', 'chatProjectId'), TENANT, expiring('expiredAt'), [{ createdAt: 1, updatedAt: 1 }],
        [{ conversationId: 1, user: 1, tenantId: 1 }, UNIQUE], [{ user: 1, chatProjectId: 1, updatedAt: -1, _id: -1 }],
        [{ user: 1, chatProjectId: 1, createdAt: -1, _id: -1 }], [{ user: 1, isTemporary: 1, expiredAt: 1 }],
        [{ _meiliIndex: 1, isTemporary: 1, expiredAt: 1 }],
        ...since('0.8.8', [{ tenantId: 1, isTemporary: 1, createdAt: -1, _id: -1 }], [{ user: 1, _id: 1 }], [{ user: 1, pinned: 1, updatedAt: -1, _id: -1 }]),
      ],
    },
    Message: {
      indexes: [
        ...plain('messageId', 'conversationId', 'user'), TENANT, expiring('expiredAt'), ...plain('createdAt'),
        [{ messageId: 1, user: 1, tenantId: 1 }, UNIQUE], [{ _meiliIndex: 1, isTemporary: 1, expiredAt: 1 }],
        ...since('0.8.8', [{ tenantId: 1, isTemporary: 1, createdAt: -1, _id: -1 }], [{ conversationId: 1, user: 1, createdAt: 1, _id: 1 }]),
      ],
    },
    File: {
      indexes: [
        ...plain('user', 'conversationId', 'messageId', 'file_id', 'status'), expiring('expiresAt', 3600), TENANT, ...plain('expiredAt'), [{ createdAt: 1, updatedAt: 1 }],
        [{ filename: 1, conversationId: 1, context: 1, tenantId: 1 }, { ...UNIQUE, partialFilterExpression: { context: 'execute_code' } }],
      ],
    },
    Preset: { indexes: [...plain('presetId'), TENANT, [{ presetId: 1, tenantId: 1 }, UNIQUE]] },
    Key: { indexes: [TENANT, expiring('expiresAt')] },
    Group: {
      indexes: [
        ...plain('name', 'email'), [{ idOnTheSource: 1 }, SPARSE], TENANT, uniqueWhere('idOnTheSource', 'source'),
        isAtLeast('0.8.8') ? [{ memberIds: 1, tenantId: 1 }] : [{ memberIds: 1 }],
      ],
    },
    ...(isAtLeast('0.8.8') && {
      AgentTriggerDelivery: {
        indexes: [
          ...plain('user'), TENANT, [{ deliveryKey: 1 }, UNIQUE], [{ status: 1, availableAt: 1, createdAt: 1 }], [{ status: 1, leaseUntil: 1, createdAt: 1 }],
          [{ orderingKey: 1, status: 1, laneSequence: 1 }], [{ status: 1, updatedAt: -1 }], [{ stagingRecoveryAt: 1 }, SPARSE],
          [{ laneCleanupPendingAt: 1 }, SPARSE], expiring('expiresAt'),
        ],
      },
      AgentTriggerLaneSequence: { indexes: [...plain('user'), TENANT, ...plain('cleanupRequestedAt'), [{ publisherStartedAt: 1 }, SPARSE]] },
      AgentTriggerUserPurge: { indexes: [TENANT] },
    }),
  };
}
