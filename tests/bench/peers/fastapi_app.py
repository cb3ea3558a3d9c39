"""The chat of FastAPI's own tutorial: one manager, one loop over the sockets for each message.

Promises nothing beyond delivery to sockets that are open: no log, no acks, no bound on what waits
for a slow reader. Run by Uvicorn with uvloop, httptools and websockets.
"""

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

app = FastAPI()


class ConnectionManager:
    def __init__(self) -> None:
        self.active: dict[str, WebSocket] = {}

    async def connect(self, name: str, websocket: WebSocket) -> None:
        await websocket.accept()
        self.active[name] = websocket

    def disconnect(self, name: str, websocket: WebSocket) -> None:
        if self.active.get(name) is websocket:
            del self.active[name]

    async def broadcast(self, frame: dict) -> None:
        for connection in list(self.active.values()):
            await self.send(connection, frame)

    async def send(self, connection: WebSocket, frame: dict) -> None:
        try:
            await connection.send_json(frame)
        except (WebSocketDisconnect, RuntimeError):
            pass  # It has just left; its own handler notices.


manager = ConnectionManager()


@app.websocket("/ws/{name}")
async def chat(websocket: WebSocket, name: str) -> None:
    await manager.connect(name, websocket)
    try:
        while True:
            frame = await websocket.receive_json()
            said = {"from": name, "message": frame["message"]}
            if "to" in frame:
                for reader in {name, frame["to"]} & manager.active.keys():
                    await manager.send(manager.active[reader], said)
            else:
                await manager.broadcast(said)
    except WebSocketDisconnect:
        pass
    finally:
        manager.disconnect(name, websocket)
