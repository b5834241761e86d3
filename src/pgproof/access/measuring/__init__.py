"""What each kind of actor can do, whatever a contract says: ``access.lock`` and first drafts."""
