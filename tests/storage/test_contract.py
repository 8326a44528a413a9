"""The SQLite store keeps the store's contract, with both of its drivers."""

from __future__ import annotations

from tests.contracts.store_contract import FindContract, TransactionContract
from tests.contracts.store_forget_contract import ForgetContract, ForgetSharedContract
from tests.contracts.store_owing_contract import OwedContract, ShowingContract
from tests.contracts.store_people_contract import PeopleContract, PurgeContract
from tests.contracts.store_reply_contract import MoveContract, PostContract, QuestionContract, TurnContract
from tests.contracts.store_session_contract import IdContract, ListContract, SessionContract
from tests.contracts.store_tree_contract import BranchContract, MessageContract, VersionContract


class TestTransactions(TransactionContract): ...


class TestFind(FindContract): ...


class TestPeople(PeopleContract): ...


class TestPurge(PurgeContract): ...


class TestMessages(MessageContract): ...


class TestBranches(BranchContract): ...


class TestVersions(VersionContract): ...


class TestSessions(SessionContract): ...


class TestIds(IdContract): ...


class TestLists(ListContract): ...


class TestTurns(TurnContract): ...


class TestPosts(PostContract): ...


class TestQuestions(QuestionContract): ...


class TestMoves(MoveContract): ...


class TestOwed(OwedContract): ...


class TestShowing(ShowingContract): ...


class TestForgetting(ForgetContract): ...


class TestForgettingInShared(ForgetSharedContract): ...
