/** CloudFormation type of the resource that checks a deployment before it serves. */
export const CHECK_RESOURCE_TYPE = 'Custom::LibreChatCheck';

/** Properties of that resource. CloudFormation runs the check again when one of them changes. */
export const CHECK_PROPERTIES = {
  /** Tag or digest of the image. */
  image: 'Image',
  /** Environment variables of the function: configuration, data stores, and references to secrets. */
  variables: 'Variables',
  /** Identifier of the DocumentDB cluster, if the construct creates it. */
  cluster: 'DatabaseCluster',
  /** Release of `ONE_WAY_RELEASES` that users have accepted. */
  acceptedMigration: 'AcceptDataMigration',
} as const;

/** Attributes of the resource for `Fn::GetAtt`. */
export const CHECK_ATTRIBUTES = {
  /** Release of LibreChat in the image. */
  release: 'Release',
  /** Snapshot of the DocumentDB cluster from before a migration of the data; empty if none was created. */
  snapshot: 'Snapshot',
} as const;

/** CloudFormation type of the resource that creates a user of LibreChat. */
export const USER_RESOURCE_TYPE = 'Custom::LibreChatUser';

/** Properties of that resource. */
export const USER_PROPERTIES = {
  /** ARN of a secret with the password, in the field `password`. */
  account: 'Account',
  /** Address of the user. To delete the user, the function needs nothing else: it may no longer read the secret then. */
  email: 'Email',
} as const;

/** Value of `ADAPTER.releaseParameter` when the stack is created. CloudFormation may write it again, for example when the tags change. */
export const NO_RELEASE = 'none';

/** Value of that parameter with which operators forget the release, after they have restored older data. */
export const FORGET_RELEASE = 'forget';

/** Beginning of the names of the snapshots of a DocumentDB cluster from before a migration of its data. */
export const SNAPSHOT_PREFIX = 'librechat-before-';
