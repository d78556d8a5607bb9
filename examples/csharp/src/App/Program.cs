using Amazon.CDK;
using CdkLibreChatServerless;

var app = new App();
var stack = new Stack(app, "LibreChat");

new LibreChatServerless(stack, "Chat");

app.Synth();
