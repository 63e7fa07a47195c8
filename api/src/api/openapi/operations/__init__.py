"""All operations of the API, by path and method.

To add one: write it into the module of its room here, as `PATHS[path][method]`, with an example
for each body; the shape of its answer goes to `api.shapes`, the model of its request body to
`api.openapi.schemas.REQUESTS`, a new kind of problem to `api.openapi.problems`. The tests of
`tests/api/openapi` say what is missing: no route goes undescribed, and no description is without
its route.
"""

from api.openapi.operation import Part
from api.openapi.operations import config, deletion, deliveries, images, jobs, service, watching

PATHS: dict[str, Part] = {
    **jobs.PATHS,
    **watching.PATHS,
    **images.PATHS,
    **deliveries.PATHS,
    **deletion.PATHS,
    **config.PATHS,
    **service.PATHS,
}
