import { assertEquals } from "@std/assert";
import { socketUrl } from "../../static/net/endpoint.ts";

Deno.test("socketUrl() stays beside the page, under a sub-path too", () => {
  assertEquals(socketUrl("bob", "http://h:8000/", null), "ws://h:8000/ws/bob");
  assertEquals(
    socketUrl("a/ü?", "https://h/chat/?x=1#y", null),
    "wss://h/chat/ws/a%2F%C3%BC%3F",
  );
});

Deno.test("socketUrl() says where the page was in the log", () => {
  const position = { epoch: "e_1&x", seq: 41 };

  assertEquals(socketUrl("bob", "http://h/", position), "ws://h/ws/bob?epoch=e_1%26x&seq=41");
});
