"""Files people really have, recognised, shown before anything is kept, and taken in as one undoable batch."""
