export { LibreChatConfig } from './librechat-config';
export { LibreChatDatabase, type LibreChatDocumentDbOptions } from './librechat-database';
export { type LibreChatBuiltImageOptions, type LibreChatEcrImageOptions, LibreChatImage, type LibreChatRegistryImageOptions } from './librechat-image';
export { LibreChatRedis, LibreChatRedisEngine, type LibreChatReplicationGroupOptions } from './librechat-redis';
export { LibreChatServerless } from './librechat-serverless';
export { type LibreChatServerlessProps } from './librechat-serverless-props';
export { type LibreChatCloudMapOptions, LibreChatService, LibreChatServices, type LibreChatServiceUrls } from './librechat-services';
