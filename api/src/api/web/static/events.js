// Server-sent events (HTML Standard §9.2), read with fetch: EventSource cannot send an API key.

/** The events of an answer of type text/event-stream: `{type, data, id}`. 204 has none. */
export async function* readEvents(response) {
  if (!response.body) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let event = { type: "message", data: [], id: "" };
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const line of lines) {
      if (line) {
        addField(event, line);
        continue;
      }
      if (event.data.length) yield { ...event, data: event.data.join("\n") };
      event = { type: "message", data: [], id: event.id };
    }
  }
}

function addField(event, line) {
  const colon = line.indexOf(":");
  const name = colon < 0 ? line : line.slice(0, colon); // empty: a comment, the heartbeat
  const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
  if (name === "event") event.type = value;
  if (name === "data") event.data.push(value);
  if (name === "id") event.id = value;
}
