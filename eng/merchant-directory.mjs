// Writes src/Affluent.Ledger/Resources/merchants.txt from the npm package name-suggestion-index: the brands of France, Belgium,
// Luxembourg, Switzerland, Germany, Austria, Spain, Italy, the Netherlands, Great Britain and Ireland, each under our category.
//
//   npm pack name-suggestion-index@8.0.20260918 && tar xzf name-suggestion-index-*.tgz
//   node eng/merchant-directory.mjs package
import { readFileSync, writeFileSync } from 'node:fs';

const folder = process.argv[2];
const read = (name) => JSON.parse(readFileSync(`${folder}/${name}`, 'utf8'));
const { version } = read('package.json');
const { nsi } = read('dist/json/nsi.json');

// The earlier line wins where one name stands in several: a supermarket that also sells fuel is a supermarket.
const kinds = [
  ['SUPERMARKET', 'shop: supermarket convenience frozen_food greengrocer butcher seafood cheese deli beverages alcohol wine health_food wholesale'],
  ['FUEL', 'amenity: fuel charging_station'],
  ['HOME_IMPROVEMENT', 'shop: doityourself furniture kitchen houseware interior_decoration garden_centre bed carpet curtain hardware paint tiles lighting bathroom_furnishing household_linen trade florist window_blind agrarian appliance power_tools tool_hire fabric doors; craft: window_construction carpenter'],
  ['DRESSING', 'shop: clothes shoes bag fashion_accessories jewelry watches leather boutique'],
  ['SPORT', 'shop: sports outdoor bicycle fishing; leisure: fitness_centre sports_centre trampoline_park bowling_alley dance high_ropes_course indoor_play'],
  ['BEAUTY', 'shop: hairdresser beauty cosmetics perfumery tattoo hairdresser_supply'],
  ['PETS', 'shop: pet; amenity: veterinary animal_shelter'],
  ['TELECOM', 'shop: mobile_phone telecommunication; office: telecommunication'],
  ['TOBACCO', 'shop: tobacco e-cigarette newsagent kiosk'],
  ['SNAKS_ANDWORK_MEALS', 'shop: bakery pastry confectionery chocolate coffee tea; amenity: vending_machine ice_cream'],
  ['RESTAURANT', 'amenity: restaurant fast_food cafe pub bar'],
  ['CULTURE', 'shop: books video_games games music art craft ticket; amenity: cinema music_school; leisure: escape_game amusement_arcade; tourism: theme_park'],
  ['PHARMACY', 'amenity: pharmacy; shop: chemist medical_supply nutrition_supplements'],
  ['DOCTORS', 'shop: optician hearing_aids; healthcare: laboratory rehabilitation audiologist dialysis counselling; amenity: doctors dentist clinic hospital'],
  ['VEHICLE', 'shop: car_repair car_parts tyres car motorcycle motorcycle_repair truck truck_repair; amenity: car_wash vehicle_inspection driving_school'],
  ['TAXI', 'amenity: car_rental car_sharing bicycle_rental'],
  ['TOLLS_PARKING', 'amenity: parking'],
  ['TRAVEL', 'tourism: hotel hostel motel caravan_site; shop: travel_agency'],
  ['GAMBLING', 'shop: bookmaker lottery; amenity: casino gambling; leisure: adult_gaming_centre'],
  ['SHOPPING', 'shop: department_store variety_store electronics electrical computer toys stationery gift second_hand charity baby_goods hifi camera photo copyshop catalogue party repair printer_ink'],
  ['INSURANCE', 'office: insurance'],
  ['RENT', 'office: estate_agent'],
  ['POST', 'amenity: post_office parcel_locker post_depot; office: logistics'],
  ['EDUCATION', 'amenity: prep_school language_school training college'],
  ['CHILDCARE', 'amenity: kindergarten childcare'],
];
// Too common a word of our languages to name a shop, wherever it stands; the list that is written by hand says the few that do.
const common = new Set(
  ('PARIS LYON HOTEL CAFE BAR RESTAURANT PIZZA PIZZERIA GARAGE AUTO SERVICE SERVICES CENTRE CENTER MARKET MARCHE SHOP STORE BOUTIQUE PRESSE '
  + 'STATION ECO FRESH FIRST CITY PLUS EXPRESS LOCAL CASA HOME STYLE LINE ONE TWO BLUE NEXT POINT POSTE POST BANK HEALTH ALPHA OMEGA DELTA '
  + 'PRIMA NOVA SOL MARIE PAUL LAURA LOUISE VICTORIA JULES DANIEL MARTIN OLIVER ROSE EVA CARLA LEON LUIGI BRUNO TOM MAX NICOLAS FRANCE '
  + 'EUROPE DIRECT TRAVEL VISION OPTIC OPTIQUE FORUM FAMILY SOLO MONO CARTE BILLET CREDIT SUPER HYPER MAISON JARDIN ECOLE CENTRAL ELITE '
  + 'APOTHEKE FARMACIA PHARMACIE BACKEREI BAKERY GO U I A E JET STAR TOTAL BP SPA OFFICE NATIONAL BRITISH RED ACADEMY RITZ ATELIER').split(' '),
);
// What is eaten in the hand at noon; other fast food is a restaurant.
const sandwiches = /^(sandwich|bagel|pretzel|donut|cookie|pastry|salad|ice_cream|hot_dog)\b/;
const ours = /^(001|150|155|039|fr|fx|be|lu|ch|de|at|es|it|nl|gb|uk|ie|mc|(fr|fx|be|ch|de|at|es|it|nl|gb)-.*)(\.geojson)?$/i;

const fold = (name) =>
  name.normalize('NFD').replace(/\p{M}/gu, '').replace(/ß/g, 'SS').replace(/Œ|œ/g, 'OE').toUpperCase().replace(/[^A-Z0-9]+/g, ' ').trim();

const operators = [
  ['ENERGY', 'office: energy_supplier water_utility; man_made: water_works'],
  ['TOLLS_PARKING', 'amenity: parking'],
  ['DOCTORS', 'amenity: hospital clinic doctors'],
  ['EDUCATION', 'amenity: college'],
  ['CHILDCARE', 'amenity: childcare kindergarten'],
  ['TAXI', 'amenity: car_sharing'],
];
// A town runs parks, schools and clinics, and takes taxes.
const towns = /^(GEMEENTE|VILLE|STADT|COMUNE|AYUNTAMIENTO|AJUNTAMENT|CITY|COMMUNE|MAIRIE|METROPOLE|DEPARTEMENT|REGION|PROVINCIE|LANDKREIS)\b|\b(COUNCIL|COMMUNES|AGGLOMERATION)\b/;
const categoryOf = new Map();
// German banks write "Müller" in either way.
const spellings = (name) => (/[äöü]/i.test(name) ? [name, name.replace(/ä/gi, 'AE').replace(/ö/gi, 'OE').replace(/ü/gi, 'UE')] : [name]);
const add = (category, path, fits = () => true) => {
  for (const { locationSet, tags, displayName, matchNames } of nsi[path]?.items ?? []) {
    if (!(locationSet?.include ?? []).some((where) => typeof where !== 'string' || ours.test(where))) continue;
    for (const given of [displayName, tags.name, tags.brand, tags.operator, tags.network, tags['short_name'], ...(matchNames ?? [])]) {
      for (const name of spellings(given ?? '')) {
      const folded = fold(name.replace(/\(.*\)/, ''));
      const letters = folded.replace(/[^A-Z]/g, '').length;
      if (letters >= 3 && fits(given) && !towns.test(folded) && folded.length <= 40 && !common.has(folded) && !categoryOf.has(folded)) {
        categoryOf.set(folded, sandwiches.test(tags.cuisine) ? 'SNAKS_ANDWORK_MEALS' : category);
      }
      }
    }
  }
};
const addAll = (tree, list) => {
  for (const [category, paths] of list) {
    for (const part of paths.split('; ')) {
      const [key, values] = part.split(': ');
      values.split(' ').forEach((value) => add(category, `${tree}/${key}/${value}`));
    }
  }
};
addAll('brands', kinds);
addAll('operators', operators);
// Who runs buses and trains: by two words or by its initials, for the rest are words like any other.
Object.keys(nsi).filter((path) => /^transit\/route\/(bus|train|tram|subway|ferry)$/.test(path)).forEach((path) => add('PUBLIC_TRANSPORT', path, (name) => / /.test(name) || /^[A-Z]{3,5}$/.test(name)));
const names = (category) => [...categoryOf].filter(([, its]) => its === category).map(([name]) => name).sort();
writeFileSync(
  'src/Affluent.Ledger/Resources/merchants.txt',
  `! Brands by category, from name-suggestion-index ${version} (https://github.com/osmlab/name-suggestion-index), BSD-3-Clause,\n`
    + '! Copyright 2026, name-suggestion-index contributors; licence in NOTICE. Written by eng/merchant-directory.mjs.\n'
    + [...new Set(categoryOf.values())].map((category) => `# ${category}\n${names(category).join('\n')}\n`).join(''),
);
console.log(categoryOf.size, 'names');
