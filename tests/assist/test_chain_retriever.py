"""The retriever stands in anyone's LangChain chain, synchronous or not."""

from __future__ import annotations

import asyncio
import json
from datetime import date

from langchain_core.documents import Document
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnablePassthrough
from langchain_openai import ChatOpenAI

from kb.assist.chain import KnowledgeBaseRetriever
from kb.base.address import ArticleNo
from kb.base.records import Hit, Passage, SearchResult
from tests.fakes.openai_server import Asked, OpenAIServer, Reply


def _search(question: str) -> SearchResult:
    rule = Passage(
        "law", "示例安全条例", "应当标明品名。", "laws/示例.md", "2021-06-10", ArticleNo(3), path=("第一章",), id=7
    )
    report = Passage(
        "report", "示例局工作报告", "检查 12 家次。", "reports/1.md", path=("一、成效",), part="section", id=9
    )
    hits = (Hit(1, rule, 0.9, ("lexical", "dense")), Hit(2, report, 0.4, ("dense",)))
    return SearchResult(question, date(2025, 3, 1), "g1", hits)


def test_hits_become_documents() -> None:
    first, second = KnowledgeBaseRetriever(search=_search).invoke("没有标签")
    assert first.page_content == "应当标明品名。"
    assert first.metadata == {
        "address": "《示例安全条例》第三条",
        "title": "示例安全条例",
        "version": "2021-06-10",
        "article": "第三条",
        "kind": "law",
        "text_kind": "official",
        "path": ["第一章"],
        "source": "laws/示例.md",
        "passage": 7,
        "rank": 1,
        "score": 0.9,
        "why": ["lexical", "dense"],
        "as_of": "2025-03-01",
        "generation": "g1",
    }
    assert second.metadata["article"] is None
    assert json.loads(json.dumps(second.metadata)) == second.metadata


def test_k_limits_and_async_is_the_same() -> None:
    retriever = KnowledgeBaseRetriever(search=_search, k=1)
    assert asyncio.run(retriever.ainvoke("没有标签")) == retriever.invoke("没有标签")
    assert len(retriever.invoke("没有标签")) == 1


def test_in_a_chain_of_someone_elses(openai_server: OpenAIServer) -> None:
    def answer(asked: Asked) -> Reply:
        return Reply("已读：" + asked.user)

    openai_server.script = [answer]
    model = ChatOpenAI(model="m", base_url=openai_server.base_url, api_key="x", max_retries=0)  # type: ignore[arg-type]

    def show(documents: list[Document]) -> str:
        return "\n".join(f"{d.metadata['address']}：{d.page_content}" for d in documents)

    chain = (
        {"context": KnowledgeBaseRetriever(search=_search) | show, "question": RunnablePassthrough()}
        | ChatPromptTemplate.from_template("{context}\n{question}")
        | model
        | StrOutputParser()
    )
    assert (
        chain.invoke("没有标签")
        == "已读：《示例安全条例》第三条：应当标明品名。\n《示例局工作报告》一、成效：检查 12 家次。\n没有标签"
    )
    model.root_client.close()
