"""LLM batch jobs over data, as a transform of Apache Beam pipelines.

``BatchInference`` asks a provider's batch API about every row of a pipeline. Each row comes out
once: answered, or failed with the reason.
"""

from beambatch._transform import IDENTIFIER, BatchInference
from beambatch._service import expansion_service

__all__ = ["IDENTIFIER", "BatchInference", "expansion_service"]
