export { LibreChatCanary, type LibreChatCanaryModel } from './librechat-canary';
export { LibreChatConfig } from './librechat-config';
export { LibreChatDatabase, type LibreChatDocumentDbOptions } from './librechat-database';
export {
  type LibreChatCodeBuildOptions, type LibreChatDockerBuildOptions, type LibreChatEcrRepositoryOptions, LibreChatImage,
} from './librechat-image';
export { LibreChatRedis, LibreChatRedisEngine, type LibreChatReplicationGroupOptions } from './librechat-redis';
export { LibreChatServerless } from './librechat-serverless';
export { type LibreChatServerlessProps } from './librechat-serverless-props';
export { type LibreChatCloudMapOptions, LibreChatServices, LibreChatServiceType, type LibreChatServiceUrls } from './librechat-services';
