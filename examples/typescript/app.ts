import { App, Stack } from 'aws-cdk-lib';
import { LibreChatServerless } from 'cdk-librechat-serverless';

const app = new App();
const stack = new Stack(app, 'LibreChat');

new LibreChatServerless(stack, 'Chat');
