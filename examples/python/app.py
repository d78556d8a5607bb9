from aws_cdk import App, Stack
from cdk_librechat_serverless import LibreChatServerless

app = App()
stack = Stack(app, "LibreChat")

LibreChatServerless(stack, "Chat")

app.synth()
