//! One shop does not see another.
