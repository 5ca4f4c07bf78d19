"""SQLite refuses at once to turn a reading transaction into a writing one while another writes. Refreshes do that."""
from django.db.backends.sqlite3 import base


class DatabaseWrapper(base.DatabaseWrapper):
    def _start_transaction_under_autocommit(self):
        self.cursor().execute("BEGIN IMMEDIATE")
