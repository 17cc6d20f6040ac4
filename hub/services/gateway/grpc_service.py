"""The same gateway over gRPC, for programs that want typed messages; every call goes the same way as over HTTP."""

from typing import Any

import grpc

from hub.services.gateway import ai_pb2, ai_pb2_grpc, asked
from hub.services.gateway.asked import Asked
from hub.services.gateway.calls import Gateway
from hub.services.gateway.streaming import Stream, count
from hub.services.gateway.trouble import Trouble
from pgc_lib.i18n import set_lang

_STATUS = {
    400: grpc.StatusCode.INVALID_ARGUMENT,
    401: grpc.StatusCode.UNAUTHENTICATED,
    403: grpc.StatusCode.PERMISSION_DENIED,
    404: grpc.StatusCode.NOT_FOUND,
    413: grpc.StatusCode.INVALID_ARGUMENT,
    422: grpc.StatusCode.INVALID_ARGUMENT,
    429: grpc.StatusCode.RESOURCE_EXHAUSTED,
    500: grpc.StatusCode.INTERNAL,
    503: grpc.StatusCode.UNAVAILABLE,
    504: grpc.StatusCode.DEADLINE_EXCEEDED,
}


class AIService(ai_pb2_grpc.AIServiceServicer):
    """`pgc.ai.v1.AIService`."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def Chat(self, request: ai_pb2.ChatRequest, context: Any) -> None:  # noqa: N802 # its name in the protocol
        """Answer, chunk by chunk. A caller that cancels cancels this task, and with it the provider's work."""
        metadata = dict(context.invocation_metadata() or ())
        if wished := metadata.get("accept-language"):
            set_lang(str(wished))
        try:
            caller = await self._gateway.admit(
                metadata.get("authorization"), request.purpose, "grpc"
            )
            await context.send_initial_metadata((("x-request-id", str(caller.call)),))
            async with self._gateway.chat(caller, _asked(request)) as answer:
                assert isinstance(answer, Stream)
                async for piece in answer.pieces:
                    for value in piece.values:
                        if chunk := _chunk(value):
                            await context.write(chunk)
        except Trouble as error:
            trailing = [("pgc-code", error.code)]
            trailing += [(name.lower(), value) for name, value in error.headers.items()]
            await context.abort(
                _STATUS.get(error.status, grpc.StatusCode.UNAVAILABLE), error.text, tuple(trailing)
            )


def server(gateway: Gateway, address: str) -> tuple[Any, int]:
    """A server that listens at an address, not started yet, and the port that it got."""
    made = grpc.aio.server(
        options=[
            ("grpc.max_receive_message_length", asked.MOST_BYTES),
            ("grpc.so_reuseport", 0),
        ]
    )
    ai_pb2_grpc.add_AIServiceServicer_to_server(AIService(gateway), made)
    return made, made.add_insecure_port(address)


def _asked(request: ai_pb2.ChatRequest) -> Asked:
    if not request.messages or not all(message.role for message in request.messages):
        raise asked.no_messages()
    body: dict[str, Any] = {
        "messages": [{"role": one.role, "content": one.content} for one in request.messages],
        "stream": True,
    }
    for name in ("temperature", "max_tokens"):
        if request.HasField(name):
            body[name] = getattr(request, name)
    return Asked(body, request.model, stream=True, wants_usage=True)


def _chunk(value: dict[str, Any]) -> ai_pb2.ChatChunk | None:
    """What one object of the stream says, or nothing that this protocol has a word for."""
    chunk = ai_pb2.ChatChunk(model=_text(value.get("model")))
    choices = value.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else {}
    if isinstance(choice, dict):
        delta = choice.get("delta")
        chunk.text = _text(delta.get("content") if isinstance(delta, dict) else None)
        chunk.finish_reason = _text(choice.get("finish_reason"))
    usage = value.get("usage")
    if isinstance(usage, dict):
        read, written = count(usage.get("prompt_tokens")), count(usage.get("completion_tokens"))
        if read is not None and written is not None:
            chunk.usage.input_tokens, chunk.usage.output_tokens = read, written
    return chunk if chunk.text or chunk.finish_reason or chunk.HasField("usage") else None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
