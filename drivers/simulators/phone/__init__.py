"""A card holder's phone: shows a code, pays the shop's."""
