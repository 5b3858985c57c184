"""Tags as things."""

from __future__ import annotations

from metatag.v1 import records_pb2, records_pb2_grpc
from metatag_jobs.servicer.core import Context, bounded
from metatag_jobs.servicer.record_parts import RecordParts
from metatag_jobs.wire import stamp
from metatag_runtime.errors import InvalidArgument

SORTS = ("count", "name", "latest")
MAX_OFFSET = 100_000


class TagsPart(records_pb2_grpc.RecordsServiceServicer):
    """What tags there are."""

    parts: RecordParts

    async def ListTags(self, request: records_pb2.ListTagsRequest, context: Context) -> records_pb2.ListTagsResponse:
        """Give a user's tags with their counts."""
        sort = request.sort or SORTS[0]
        if sort not in SORTS:
            raise InvalidArgument(f"sort must be one of: {', '.join(SORTS)}.")
        if len(request.prefix) > 200 or not 0 <= request.offset <= MAX_OFFSET:
            raise InvalidArgument("prefix has at most 200 characters, offset is 0 to 100,000.")
        page = await self.parts.tags.page(
            request.user_id,
            prefix=request.prefix,
            sort=sort,
            limit=bounded(request.limit, 50, 200),
            offset=request.offset,
        )
        return records_pb2.ListTagsResponse(
            tags=[
                records_pb2.TagCount(tag=each.tag, count=each.count, latest=stamp(each.latest), trend=each.trend)
                for each in page.tags
            ],
            total=page.total,
            sampled=page.sampled,
        )
