"""Who acts: kinds of actors, their claims, and who one may pretend to be."""
