/** A kind of thing the generated shop sells. The category follows from the name's words. */
export interface Article {
  readonly name: string;
  /** Typical price in pounds; only its rank among the articles counts. */
  readonly price: number;
  readonly season?: "CHRISTMAS" | "EASTER";
}

export const ARTICLES: readonly Article[] = [
  { name: "Paper Napkins", price: 0.85 }, { name: "Paper Straws", price: 0.75 }, { name: "Cupcake Cases", price: 0.55 }, { name: "Cake Cases, Set of 60", price: 0.85 },
  { name: "Party Bunting", price: 4.95 }, { name: "Birthday Garland", price: 2.95 }, { name: "Party Plates", price: 1.25 }, { name: "Popcorn Cones", price: 0.65 },
  { name: "Gift Wrap Roll", price: 1.25 }, { name: "Gift Tags, Set of 10", price: 0.65 }, { name: "Greeting Card", price: 0.42 }, { name: "Ribbon Reel", price: 1.65 },
  { name: "Sticker Sheet", price: 0.38 }, { name: "Tissue Paper", price: 0.55 }, { name: "Notebook", price: 1.65 }, { name: "Pencil Set", price: 0.65 },
  { name: "Sketchbook", price: 2.1 }, { name: "Memo Board", price: 4.95 }, { name: "Sewing Kit", price: 3.75 }, { name: "Craft Stamp Set", price: 2.1 },
  { name: "Chalkboard", price: 3.75 }, { name: "Wall Calendar", price: 2.95 }, { name: "Passport Cover", price: 2.1 }, { name: "Jigsaw Puzzle", price: 2.55 },
  { name: "Wooden Skittles", price: 3.75 }, { name: "Rag Doll", price: 2.95 }, { name: "Childrens Apron", price: 1.95 }, { name: "Spinning Top", price: 1.25 },
  { name: "Playhouse Tent", price: 18.95 }, { name: "Toy Blocks", price: 6.75 }, { name: "Bead Necklace", price: 4.25 }, { name: "Charm Bracelet", price: 3.75 },
  { name: "Drop Earrings", price: 2.95 }, { name: "Enamel Brooch", price: 2.55 }, { name: "Hair Clips", price: 0.85 }, { name: "Cotton Scarf", price: 5.95 },
  { name: "Folding Umbrella", price: 5.95 }, { name: "Keyring", price: 1.25 }, { name: "Lunch Bag", price: 1.65 }, { name: "Jumbo Shopper", price: 1.95 },
  { name: "Coin Purse", price: 1.45 }, { name: "Shoulder Bag", price: 4.95 }, { name: "Rucksack", price: 6.75 }, { name: "Weekend Suitcase", price: 14.95 },
  { name: "Scented Candle", price: 2.55 }, { name: "Tealight Holder", price: 1.25 }, { name: "Glass Lantern", price: 4.95 }, { name: "String Lights", price: 6.75 },
  { name: "Table Lamp", price: 24.95 }, { name: "Incense Box", price: 0.85 }, { name: "Baking Tray", price: 2.95 }, { name: "Cake Tin", price: 4.95 },
  { name: "Cakestand, Three Tier", price: 12.75 }, { name: "Cotton Apron", price: 4.25 }, { name: "Oven Glove", price: 2.55 }, { name: "Measuring Spoons", price: 2.1 },
  { name: "Cookie Cutters", price: 1.65 }, { name: "Jam Jar Labels", price: 0.85 }, { name: "Recipe Box", price: 4.25 }, { name: "Kitchen Scales", price: 8.5 },
  { name: "Tea Towels, Set of 3", price: 2.95 }, { name: "Mug", price: 1.65 }, { name: "Teacup and Saucer", price: 2.95 }, { name: "Teapot", price: 5.95 },
  { name: "Dinner Plate", price: 2.1 }, { name: "Cereal Bowl", price: 1.65 }, { name: "Milk Jug", price: 2.55 }, { name: "Water Bottle", price: 2.1 },
  { name: "Egg Cup", price: 1.25 }, { name: "Picnic Basket Set", price: 39.95 }, { name: "Coasters, Set of 6", price: 2.95 }, { name: "Serving Tray", price: 4.95 },
  { name: "Garden Kneeling Pad", price: 1.65 }, { name: "Watering Can", price: 3.75 }, { name: "Plant Pot", price: 1.65 }, { name: "Bird House", price: 4.25 },
  { name: "Herb Markers", price: 0.85 }, { name: "Windmill", price: 1.95 }, { name: "Storage Box", price: 2.95 }, { name: "Wicker Basket", price: 6.75 },
  { name: "Five Drawer Chest", price: 34.95 }, { name: "Coat Hook", price: 0.85 }, { name: "Coat Hanger", price: 1.45 }, { name: "Storage Jar", price: 2.1 },
  { name: "Drawer Knob", price: 1.25 }, { name: "Cushion Cover", price: 3.75 }, { name: "Quilted Throw", price: 29.95 }, { name: "Doormat", price: 7.95 },
  { name: "Hot Water Bottle Warmer", price: 4.25 }, { name: "Tea Cosy", price: 2.95 }, { name: "Doorstop", price: 4.25 }, { name: "Guest Soap", price: 0.85 },
  { name: "Photo Frame", price: 2.55 }, { name: "Hanging Heart", price: 0.85 }, { name: "Metal Sign", price: 2.1 }, { name: "Wall Clock", price: 8.5 },
  { name: "Mirror", price: 5.95 }, { name: "Flower Vase", price: 2.95 }, { name: "Trinket Dish", price: 1.25 }, { name: "Letter Rack", price: 3.75 },
  { name: "Christmas Bauble", price: 0.85, season: "CHRISTMAS" }, { name: "Christmas Stocking", price: 2.55, season: "CHRISTMAS" },
  { name: "Christmas Wreath", price: 4.95, season: "CHRISTMAS" }, { name: "Advent Calendar", price: 3.75, season: "CHRISTMAS" },
  { name: "Christmas Tree Star", price: 1.25, season: "CHRISTMAS" }, { name: "Christmas Card, Pack of 8", price: 1.65, season: "CHRISTMAS" },
  { name: "Easter Bunny", price: 1.65, season: "EASTER" }, { name: "Easter Egg Basket", price: 2.95, season: "EASTER" },
];

/** Design families: customers who like one thing of a family tend to like the others. */
export const COLLECTIONS: readonly string[] = [
  "Meadow Rose", "Harbour Stripe", "Red Spot", "Woodland Fox", "Vintage Map", "Diner", "Blue Willow", "Strawberry Patch", "Paper Lantern", "Rustic Zinc",
  "Circus Parade", "Lavender Field", "Owl and Moon", "Sailor", "Apothecary", "Art Deco", "Folk Garden", "Robin", "Alphabet", "Gingham", "Union Street",
  "Little Explorer", "Ivory Lace", "Toadstool",
];

export const FIRST_NAMES: readonly string[] = ["Ada", "Bela", "Clara", "Dev", "Elif", "Finn", "Greta", "Hugo", "Imani", "Jonas", "Kaya", "Liam", "Mira", "Noor", "Otto", "Petra", "Quinn", "Rosa", "Sami", "Tove", "Uma", "Viggo", "Wanda", "Yusuf", "Zoe"];
export const LAST_NAMES: readonly string[] = ["Abbott", "Birch", "Castell", "Draper", "Ellery", "Fenwick", "Garnet", "Hollis", "Ingram", "Jarvis", "Kestrel", "Lindqvist", "Marlow", "Novak", "Okafor", "Pascoe", "Quist", "Rowan", "Sorel", "Thackery", "Umber", "Vale", "Wexler", "Yates", "Zeller"];
