"""Operations on a batch of images: one file a family, one record beside each function."""
