package botfile

// The whole file, from the inside out.

var buttonShape = textOr(record(
	field{name: "text", doc: "What stands on the button. A template.", shape: textual, required: true},
	field{name: "url", doc: "The address that the button opens. A template.", shape: textual},
	field{name: "payload", doc: "What the button sends; without it, and without url, its text. A template.", shape: textual},
))

var keyboardShape = textOr(listOf(listOf(buttonShape)))

var messageFields = []field{
	{name: "text", doc: "The text, or the caption of the media. A template.", shape: textual},
	{name: "keyboard", doc: "Rows of buttons, or a template that makes them.", shape: keyboardShape},
	{name: "format", doc: "How the text is marked up; plain without it. Inserted values are escaped.", shape: formats},
	{name: "reply_to", doc: "Quotes the message that is answered.", shape: flag},
	{name: "photo", doc: "Address of a picture to send.", shape: textual},
	{name: "audio", doc: "Address of a sound to send.", shape: textual},
	{name: "video", doc: "Address of a film to send.", shape: textual},
	{name: "document", doc: "Address of a file to send.", shape: textual},
	{name: "location", doc: "A place to send: latitude, longitude and, if it has one, its title. A template.", shape: textual},
	{name: "typing", doc: "Shows that the bot is typing.", shape: flag},
	{name: "seen", doc: "Marks the message that is answered as seen.", shape: flag},
}

var answerShape = &shape{kind: responseShape, fields: append(messageFields[:len(messageFields):len(messageFields)],
	field{name: "messages", doc: "Several messages; text, keyboard … beside it are short for one.", shape: listOf(record(messageFields...))},
	field{name: "on_failure", doc: "What is said when the reply cannot be made.", shape: textual},
)}

var requestShape = record(
	field{name: "method", doc: "GET without it.", shape: textual},
	field{name: "url", doc: "The address to call. A template.", shape: textual, required: true},
	field{name: "query", doc: "Parameters of the address. Templates.", shape: textMap},
	field{name: "headers", doc: "Headers of the call. Templates.", shape: textMap},
	field{name: "json", doc: "JSON body; every text in it is a template.", shape: anything},
	field{name: "form", doc: "Form body. Templates.", shape: textMap},
	field{name: "body", doc: "Body as it is. A template.", shape: textual},
	field{name: "timeout", doc: `How long the call may take, as "5s".`, shape: textual},
)

var handlerShape = record(
	field{name: "name", doc: "The handler's name, unique in the bot.", shape: textual, required: true},
	field{name: "on", doc: "Event kinds; '*' is all but receipt, typing and echo. Without it: text, command, button, start.", shape: listOf(kindOrAll)},
	field{name: "pattern", doc: "RE2 pattern, searched in the payload of a button, else the text. Named groups go to {{ pattern.* }}.", shape: textual},
	field{name: "source_states", doc: "States in which it fires. None: in any.", shape: texts},
	field{name: "priority", doc: "Highest first; equal ones in the order of the file.", shape: integer},
	field{name: "disabled", doc: "Never fires.", shape: flag},
	field{name: "request", doc: "The HTTP call it makes.", shape: requestShape},
	field{name: "response", doc: "What it says.", shape: answerShape},
	field{name: "target_state", doc: "The state the conversation moves to. Without it: it stays.", shape: textual},
	field{name: "continue", doc: "Lower handlers may fire as well, in the same turn.", shape: flag},
	field{name: "subscribe", doc: "Hook whose recipients the chat joins.", shape: textual},
	field{name: "unsubscribe", doc: "Hook whose recipients the chat leaves.", shape: textual},
)

var stateShape = record(
	field{name: "expires", doc: `How long a conversation stays in the state, as "30m".`, shape: textual},
	field{name: "then", doc: "Handler tried first once the state has expired.", shape: textual},
)

var recipientShape = record(
	field{name: "channel", doc: "The channel's name.", shape: textual, required: true},
	field{name: "chat", doc: "The chat's id.", shape: textual, required: true},
	field{name: "thread", doc: "The thread's id, in chats that have threads.", shape: textual},
	field{name: "user", doc: "The user's id.", shape: textual},
	field{name: "vars", doc: "The recipient's {{ recipient.* }}.", shape: textMap},
)

var hookShape = record(
	field{name: "name", doc: "The hook's name.", shape: textual, required: true},
	field{name: "disabled", doc: "Takes no calls.", shape: flag},
	field{name: "response", doc: "What is sent.", shape: answerShape},
	field{name: "recipients", doc: "Chats it goes to.", shape: listOf(recipientShape)},
)

var definitionShape = record(
	field{name: "bot", doc: "The bot's name: letters, digits, '-' and '_'; unique for its owner.", shape: textual, required: true},
	field{name: "description", doc: "What the bot is for.", shape: textual},
	field{name: "env", doc: "Constants for templates: {{ env.NAME }}.", shape: textMap},
	field{name: "secrets", doc: "Constants that are sealed and never shown: {{ secret.NAME }}.", shape: mapOf(&shape{kind: credentialsShape})},
	field{name: "states", doc: "States of which there is more to say than the name.", shape: mapOf(stateShape)},
	field{name: "channels", doc: "Where the bot lives, by the channel's name.", shape: mapOf(&shape{kind: channelShape})},
	field{name: "handlers", doc: "The bot's rules. The first that fits wins.", shape: listOf(handlerShape)},
	field{name: "hooks", doc: "Addresses where your application posts JSON that is rendered and sent.", shape: listOf(hookShape)},
)
