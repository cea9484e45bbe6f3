"""Finding items, places, suppliers and orders by what people remember of them."""
